// Fails when what an agent's browser loads first is more than 350 kB compressed.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const KB_MAX = 350;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', dist), 'utf8'));
// The page itself, and what it asks for before an agent can work: the desk and the texts it shows.
const roots = [
  'index.html',
  ...Object.keys(manifest).filter(
    (name) => name.startsWith('src/ui/areas/desk/') || /^src\/i18n\/en\/(common|phone|pop)\.json$/.test(name),
  ),
];
const files = new Set(['index.html']);
const seen = new Set();
const visit = (name) => {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(name)) return;
  seen.add(name);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const next of chunk.imports ?? []) visit(next);
};
for (const root of roots) visit(root);
let bytes = 0;
for (const file of files) bytes += gzipSync(await readFile(new URL(file, dist))).length;
const kb = Math.round(bytes / 1000);
console.log(
  `first load of the agent page: ${kb} kB compressed in ${files.size} files (at most ${KB_MAX} kB)`,
);
if (kb > KB_MAX) process.exit(1);
