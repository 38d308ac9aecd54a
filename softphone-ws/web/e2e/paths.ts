/** Where the repository and its programs are. */
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));

const given = process.env.CARGO_TARGET_DIR ?? 'target';

/** Cargo's. */
export const target = isAbsolute(given) ? given : join(repository, given);

/** The server. */
export const cordboard = process.env.CORDBOARD_BIN ?? join(target, 'debug/cordboard');

/** The callers of `tests/e2e/src/bin/caller.rs`. */
export const callerTool = process.env.CORDBOARD_CALLER ?? join(target, 'debug/caller');

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
