import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { DASHBOARD_FILE, formatDashboard } from "./dashboard.ts";

test("the chart's dashboard is what node tools/dashboard.ts writes", async () => {
  assert.equal(await readFile(DASHBOARD_FILE, "utf8"), formatDashboard());
});
