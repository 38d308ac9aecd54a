// Makes src/api/rest.ts anew from the server's own description. Refusals are left out: they all have one form, see api/client.ts.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = JSON.parse(
  await readFile(new URL('../../../cti-server/openapi.json', import.meta.url), 'utf8'),
);
for (const verbs of Object.values(source.paths)) {
  for (const operation of Object.values(verbs)) {
    for (const status of Object.keys(operation.responses ?? {})) {
      if (Number(status) >= 400) delete operation.responses[status];
    }
  }
}
const head = '// Made from cti-server/openapi.json; not edited by hand.\n// Made anew by: npm run api\n\n';
await writeFile(
  new URL('../src/api/rest.ts', import.meta.url),
  head + astToString(await openapiTS(source, { emptyObjectsUnknown: true })),
);
