// SPDX-License-Identifier: GPL-3.0-or-later
// The same for Deno, whose runtime has an exporter of its own (OTEL_DENO=true).
import { trace } from "npm:@opentelemetry/api@1";

const tracer = trace.getTracer("deno-shop", "0.1");

await tracer.startActiveSpan("deno-root", async (span) => {
  const [, file, line] = /(file:.*):(\d+):\d+/.exec(new Error().stack!)!;
  span.setAttribute("code.file.path", file);
  span.setAttribute("code.line.number", Number(line));
  span.setAttribute("answer", 42);
  span.addEvent("started");
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hi"));
  await (await fetch(`http://127.0.0.1:${server.addr.port}/path`)).text();
  await server.shutdown();
  console.log("a line of the program");
  span.end();
});
