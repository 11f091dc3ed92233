import { expect, test } from "vitest";
import * as pictures from "../src/index.ts";

test("exports four names, and has room for four more", () => {
  expect(Object.keys(pictures).toSorted()).toEqual(["escapeXml", "intervalPlotSvg", "latencyPlotSvg", "swimlaneSvg"]);
});
