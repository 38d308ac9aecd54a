// Works with the API through a client generated from its description: what compiles here is what the description promises, and what runs is
// what the server does. Usage: node built/main.js URL TOKEN

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

const [url, token] = process.argv.slice(2);
assert(url && token, "give the server's URL and a token");
const api = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
type Problem = components["schemas"]["ProblemBody"];
const mark = `t${Date.now().toString(36)}`;
let passed = 0;

/** What was answered, or the problem in words. */
function answer<T>(result: { data?: T; error?: unknown; response: Response }, status: number): NonNullable<T> {
  const said = JSON.stringify(result.error);
  assert.equal(result.response.status, status, `${result.response.url}: ${result.response.status} ${said}`);
  assert(result.data, `${result.response.url}: nothing was answered`);
  return result.data;
}

/** The version that a change must be based on. */
function etag(response: Response): string {
  const tag = response.headers.get("etag");
  assert(tag, `${response.url}: there is no ETag`);
  return tag;
}

async function test(name: string, work: () => Promise<void>): Promise<void> {
  await work();
  passed += 1;
  console.log(`test ${name} ... ok`);
}

let customer = "";

await test("a customer is made, read, changed and listed", async () => {
  const made = await api.POST("/api/v1/customers", {
    params: { header: { "Idempotency-Key": mark } },
    body: { name: `Ann ${mark}`, tier: "gold", external_id: mark, contacts: [{ kind: "phone", value: "+442079460123" }] },
  });
  customer = answer(made, 201).id;
  const path = { id: customer };
  const read = await api.GET("/api/v1/customers/{id}", { params: { path } });
  assert.equal(answer(read, 200).tier, "gold");
  const changed = await api.PATCH("/api/v1/customers/{id}", {
    params: { path, header: { "If-Match": etag(read.response) } },
    body: { tier: "silver" },
  });
  const now = answer(changed, 200);
  assert.deepEqual([now.tier, now.name], ["silver", `Ann ${mark}`]);
  const late = await api.PATCH("/api/v1/customers/{id}", {
    params: { path, header: { "If-Match": etag(read.response) } },
    body: { tier: "bronze" },
  });
  assert.equal(late.response.status, 412);
  const refused: Problem | undefined = late.error;
  assert(refused && refused.title, "a refusal is a problem");
  const found = await api.GET("/api/v1/customers", { params: { query: { search: `ann ${mark}` } } });
  assert.deepEqual(answer(found, 200).items.map((item) => item.id), [customer]);
});

await test("pages follow one another until there is none", async () => {
  let cursor: string | undefined;
  const seen = new Set<string>();
  for (let page = 0; page < 1_000; page += 1) {
    const list = await api.GET("/api/v1/customers", { params: { query: { limit: "7", ...(cursor ? { cursor } : {}) } } });
    const { items, next } = answer(list, 200);
    for (const item of items) {
      assert(!seen.has(item.id), "nobody comes twice");
      seen.add(item.id);
    }
    if (!next) break;
    cursor = next;
  }
  assert(seen.has(customer), "the customer made is among them");
});

await test("a wrong field is named", async () => {
  const refused = await api.POST("/api/v1/customers", { body: { name: "" } });
  assert.equal(refused.response.status, 422);
  assert.match(JSON.stringify(refused.error), /"name"/);
});

await test("a ticket of the customer is made and found", async () => {
  const types = answer(await api.GET("/api/v1/ticket-types", {}), 200).items;
  const type_id = types[0]?.id;
  assert(type_id, "the demo has ticket types");
  const made = answer(await api.POST("/api/v1/tickets", { body: { type_id, title: `Lamp ${mark}`, customer_id: customer } }), 201);
  const list = await api.GET("/api/v1/tickets", { params: { query: { customer } } });
  assert.deepEqual(answer(list, 200).items.map((item) => item.id), [made.id]);
});

await test("an order of the customer is made and found", async () => {
  const body = { customer_id: customer, number: mark, placed_at: Date.now() * 1_000, currency: "EUR", total_minor: 1_250 };
  const made = answer(await api.POST("/api/v1/orders", { body }), 201);
  const list = await api.GET("/api/v1/customers/{id}/orders", { params: { path: { id: customer } } });
  assert.deepEqual(answer(list, 200).items.map((item) => [item.id, item.total_minor]), [[made.id, 1_250]]);
});

await test("the knowledge base is searched in both languages", async () => {
  for (const q of ["password", "密码"]) {
    const found = answer(await api.GET("/api/v1/knowledge/search", { params: { query: { q } } }), 200);
    assert(found.hits.length > 0, `${q}: nothing is found`);
  }
});

await test("the card brings what was made", async () => {
  const card = answer(await api.GET("/api/v1/customers/{id}/card", { params: { path: { id: customer } } }), 200);
  assert.equal(card.name, `Ann ${mark}`);
});

console.log(`test result: ok. ${passed} passed; 0 failed; 0 ignored;`);
