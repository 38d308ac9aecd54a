/** A second machine for a test: a network namespace whose only way out is one link, which is taken down and up. Needs root. */
import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromiumPath } from './paths';

const run = promisify(execFile);

const ip = async (...words: string[]) => {
  await run('ip', words);
};

export class FarMachine {
  /** Our own end of the link, where the server is found. */
  readonly address: string;
  readonly #name: string;
  readonly #link: string;

  private constructor(name: string, address: string) {
    this.#name = name;
    this.#link = `${name}a`;
    this.address = address;
  }

  static async open(): Promise<FarMachine> {
    if (process.getuid?.() !== 0)
      throw new Error('network namespaces need root: run the browser tests as root to have the network lost');
    // Names and addresses of this process, so that what an earlier run left behind is in nobody's way.
    const [name, net] = [`cb${process.pid}`, `10.213.${process.pid % 250}`];
    const machine = new FarMachine(name, `${net}.1`);
    await machine.close();
    await ip('netns', 'add', name);
    await ip('link', 'add', machine.#link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('address', 'add', `${net}.1/24`, 'dev', machine.#link);
    await ip('link', 'set', machine.#link, 'up');
    await ip('-n', name, 'address', 'add', `${net}.2/24`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
    return machine;
  }

  /** A program that starts Chromium there. */
  async chromium(folder: string): Promise<string> {
    const file = join(folder, 'chromium-far');
    await writeFile(file, `#!/bin/sh\nexec ip netns exec ${this.#name} ${chromiumPath} "$@"\n`);
    await chmod(file, 0o755);
    return file;
  }

  down(): Promise<void> {
    return ip('link', 'set', this.#link, 'down');
  }

  up(): Promise<void> {
    return ip('link', 'set', this.#link, 'up');
  }

  /** Removes it; its end of the link goes with it. */
  async close(): Promise<void> {
    await ip('netns', 'delete', this.#name).catch(() => {});
    await ip('link', 'delete', this.#link).catch(() => {});
  }
}
