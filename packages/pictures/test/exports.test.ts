import { expect, test } from "vitest";
import * as pictures from "../src/index.ts";

test("exports ten names, and has room for two more", () => {
  expect(Object.keys(pictures).toSorted()).toEqual([
    "Markup",
    "changePlotSvg",
    "escapeXml",
    "html",
    "htmlFigure",
    "htmlPage",
    "intervalPlotSvg",
    "latencyCurveSvg",
    "latencyPlotSvg",
    "swimlaneSvg",
  ]);
});
