/** The real program as a child process in a folder of its own, with the demo's data; and its REST interface. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import { cordboard } from './paths';

/** How long the program may take to be ready or to end; a debug build on a busy machine takes some seconds. */
const START_MS = 120_000;
const END_MS = 30_000;
const LOG_CHARS = 8_000;
/** Where the machine stands still for seconds, no page is lost for that. `tests/run` says so. */
const PATIENT =
  process.env.STANDS_STILL === '1' ? { MEDIA__PAGE_LOSS_S: '15', MEDIA__LOSS_AFTER_S: '60' } : {};

export interface Account {
  readonly name: string;
  readonly role: 'agent' | 'supervisor' | 'admin';
  readonly password: string;
}

interface Ready {
  readonly http: string;
  readonly sip: string;
  readonly token: string;
  readonly users: readonly Account[];
  readonly numbers: { readonly ivr: string; readonly queue: string };
}

export interface ServerOptions {
  /** On which address it listens. */
  readonly ip?: string;
  /** Configuration by its environment names: `LIMITS__PAGE_WAIT_S` → `3`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export class Server {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ready: Ready;

  private constructor(child: ChildProcess, folder: string, ready: Ready) {
    this.#child = child;
    this.#folder = folder;
    this.#ready = ready;
  }

  static async start({ ip = '127.0.0.1', settings = {} }: ServerOptions = {}): Promise<Server> {
    const here = ['--http', `${ip}:0`, '--sip', `${ip}:0`];
    const { child, folder } = await launch(settings, [
      '--ready-json',
      '--no-callers',
      '--no-agents',
      ...here,
    ]);
    const line = await firstLine(child, (text) => text.startsWith('{'));
    if (line === null) {
      const log = await logOf(folder);
      await end(child, folder);
      throw new Error(`the server did not become ready\n${log}`);
    }
    return new Server(child, folder, JSON.parse(line) as Ready);
  }

  get http(): string {
    return this.#ready.http;
  }

  get sip(): string {
    return this.#ready.sip;
  }

  get token(): string {
    return this.#ready.token;
  }

  /** The number that leads straight to the sales queue. */
  get queueNumber(): string {
    return this.#ready.numbers.queue;
  }

  account(login: string): Account {
    const found = this.#ready.users.find(({ name }) => name === login);
    if (found === undefined) throw new Error(`no account ${login}`);
    return found;
  }

  /** With the administrator's token, unless a cookie is given. */
  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const own = 'cookie' in headers ? {} : { authorization: `Bearer ${this.token}` };
    return fetch(`${this.http}/api/v1${path}`, {
      method,
      headers: { ...own, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async read<T>(path: string): Promise<T> {
    const answer = await this.request('GET', path);
    expect(answer.status, `GET ${path}`).toBe(200);
    return (await answer.json()) as T;
  }

  async items<T>(path: string): Promise<readonly T[]> {
    return (await this.read<{ items: T[] }>(path)).items;
  }

  /** Makes a row; its id. */
  async make(path: string, row: unknown): Promise<string> {
    const answer = await this.request('POST', path, row);
    expect(answer.status, `POST ${path}: ${await answer.clone().text()}`).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  }

  /** Changes a row as it stands now. */
  async change(path: string, patch: unknown): Promise<void> {
    const etag = (await this.request('GET', path)).headers.get('etag') ?? '';
    const answer = await this.request('PATCH', path, patch, { 'if-match': etag });
    expect(answer.status, `PATCH ${path}: ${await answer.clone().text()}`).toBe(200);
  }

  /** The id of the row whose field has this value. */
  async idOf(list: string, field: string, value: string): Promise<string> {
    const rows = await this.items<Record<string, unknown>>(`${list}?limit=500`);
    const row = rows.find((one) => one[field] === value);
    if (row === undefined) throw new Error(`no ${field} ${value} in ${list}`);
    return String(row.id);
  }

  /** The session cookie, `name=value`, of somebody who signs in. */
  async cookieOf(login: string, password = this.account(login).password): Promise<string> {
    const answer = await this.request('POST', '/session', { login, password }, { cookie: '' });
    expect(answer.status, `${login} signs in`).toBe(200);
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  log(): Promise<string> {
    return logOf(this.#folder);
  }

  stop(): Promise<void> {
    return end(this.#child, this.#folder);
  }
}

/** `cordboard demo` with these words, for whoever reads what it prints. */
export async function launch(settings: Readonly<Record<string, string>>, words: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-e2e-'));
  const log = await open(join(folder, 'server.log'), 'w');
  // None of our own environment's configuration.
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('CORDBOARD_'));
  const configured = Object.entries({ ...PATIENT, ...settings }).map(([name, value]) => [
    `CORDBOARD_${name}`,
    value,
  ]);
  const child = spawn(cordboard, ['demo', ...words, '--data', join(folder, 'data')], {
    env: { CORDBOARD_LOG: 'info', ...Object.fromEntries([...kept, ...configured]) },
    stdio: ['ignore', 'pipe', log.fd],
  });
  // A program that cannot be started has no output either, and that is what is looked at.
  child.on('error', () => {});
  await once(child, child.pid === undefined ? 'error' : 'spawn').catch(() => {});
  await log.close();
  return { child, folder };
}

/** The first line of output that fits; `null` when it ended or time was up before. */
export async function firstLine(
  child: ChildProcess,
  fits: (text: string) => boolean,
): Promise<string | null> {
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), START_MS);
  });
  const found = (async () => {
    for await (const line of lines) if (fits(line)) return line;
    return null;
  })();
  const line = await Promise.race([found, late]);
  clearTimeout(timer);
  lines.close();
  // Nobody reads on, and the program must not wait for anybody.
  child.stdout.resume();
  return line;
}

/** Asks it to stop, insists after a while, and removes its folder. */
export async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await gone;
    clearTimeout(timer);
  }
  await rm(folder, { recursive: true, force: true });
}

async function logOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
  return text.slice(-LOG_CHARS);
}
