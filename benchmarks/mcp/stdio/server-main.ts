/**
 * The server of the stdio rows: a message a line. It ends with its standard input.
 *
 * @module
 */
import { answerTo, type ClientMessage } from "../echo.ts";

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk: string) => {
  const lines = `${rest}${chunk}`.split("\n");
  rest = lines.pop() ?? "";
  let answers = "";
  for (const line of lines) {
    const answer = answerTo(JSON.parse(line) as ClientMessage);
    if (answer !== undefined) answers += `${JSON.stringify(answer)}\n`;
  }
  if (answers !== "") process.stdout.write(answers);
});
