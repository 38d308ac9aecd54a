// Writes FILE.br and FILE.gz beside each file below a folder that becomes clearly smaller by it. Usage: node compress.mjs FOLDER
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const WORTH_IT = /\.(html|js|mjs|css|json|webmanifest|txt|svg|wasm)$/;
const BYTES_LEAST = 1024;

const [folder] = process.argv.slice(2);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !WORTH_IT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  if (plain.length < BYTES_LEAST) continue;
  const forms = {
    br: brotliCompressSync(plain, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
    }),
    gz: gzipSync(plain, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [end, bytes] of Object.entries(forms)) {
    if (bytes.length < plain.length * 0.95) writeFileSync(`${path}.${end}`, bytes);
  }
}
