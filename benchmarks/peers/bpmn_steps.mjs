// bpmn-engine, as a server without memory uses it: a process is read, recovered, one task signalled, and its state written; one commit.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { EventEmitter } from "node:events";

const require = createRequire(`${process.argv[3]}/`); // where npm has put them
const { Engine } = require("bpmn-engine");
const Database = require("libsql");

const source = readFileSync(new URL("way.bpmn", import.meta.url), "utf8");
const database = new Database(process.argv[2]);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE process (id INTEGER PRIMARY KEY, state TEXT NOT NULL)");
const insert = database.prepare("INSERT INTO process (state) VALUES (?)");
const read = database.prepare("SELECT state FROM process WHERE id = ?");
const update = database.prepare("UPDATE process SET state = ? WHERE id = ?");

const waiting = () => {
  const listener = new EventEmitter();
  return [listener, new Promise((resolve) => listener.once("activity.wait", resolve))];
};

async function begin() {
  const [listener, arrived] = waiting();
  const engine = new Engine({ name: "mediation", source });
  await engine.execute({ listener });
  await arrived;
  engine.stop();
  return insert.run(JSON.stringify(await engine.getState())).lastInsertRowid;
}

// Whether the process has ended.
async function step(key) {
  database.exec("BEGIN IMMEDIATE");
  const engine = new Engine().recover(JSON.parse(read.get(key).state));
  const [found, first] = waiting();
  const execution = await engine.resume({ listener: found });
  const task = await first;
  const [listener, next] = waiting();
  found.on("activity.wait", (api) => api.id !== task.id && listener.emit("activity.wait", api));
  const ended = new Promise((resolve) => engine.once("end", () => resolve(true)));
  task.signal();
  const over = await Promise.race([next.then(() => false), ended]);
  if (!over) execution.stop();
  update.run(JSON.stringify(await engine.getState()), key);
  database.exec("COMMIT");
  return over;
}

let key = null;
for await (const _line of createInterface({ input: process.stdin })) {
  key ??= await begin();
  const begun = process.hrtime.bigint();
  const over = await step(key);
  console.log(Number(process.hrtime.bigint() - begun) / 1e9);
  if (over) key = null;
}
