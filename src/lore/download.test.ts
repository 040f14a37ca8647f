/** Servers that are slow, broken, wrong or hostile, on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { download } from "./download.ts";
import { defaultFetchLimits, type FetchLimits } from "./limits.ts";

const quick: FetchLimits = { ...defaultFetchLimits, totalMs: 20_000, silentMs: 5000, attempts: 3, waitMs: 1 };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Served {
  readonly url: URL;
  /** Paths asked for, in order. */
  readonly asked: string[];
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void): Promise<Served> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    answer(request, response, asked.length);
  });
  servers.push(server);
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a@b/t.mbox.gz`), asked };
}

function get({ url }: Served, limits: Partial<FetchLimits> = {}): Promise<Buffer | string> {
  return download(url, { ...quick, ...limits }, () => {});
}

describe("download", () => {
  it("gives the bytes as they came, and tells how far it is", async () => {
    const bytes = Buffer.from([0x1f, 0x8b, 0, 255, 10, 13]);
    const served = await serve((_request, response) => {
      response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    });
    const told: unknown[] = [];
    expect(await download(served.url, quick, (...progress) => told.push(progress))).toEqual(bytes);
    expect(told.at(-1)).toEqual([6, 6]);
  });

  it("asks for no packing of its own and says who it is", async () => {
    let headers: IncomingMessage["headers"] = {};
    const served = await serve((request, response) => {
      headers = request.headers;
      response.end("x");
    });
    await get(served);
    expect(headers["accept-encoding"]).toBe("identity");
    expect(headers["user-agent"]).toMatch(/^mmreview\/\d/);
  });

  it("believes a no at once", async () => {
    const served = await serve((_request, response) => {
      response.writeHead(404).end("no");
    });
    expect(await get(served)).toBe("the archive does not have it (404)");
    expect(served.asked).toHaveLength(1);
  });

  it("tries a busy server again and has it in the end", async () => {
    const served = await serve((_request, response, count) => {
      response.writeHead(count < 3 ? 503 : 200).end("mail");
    });
    expect(String(await get(served))).toBe("mail");
    expect(served.asked).toHaveLength(3);
  });

  it("gives up after its attempts and says how many", async () => {
    const served = await serve((_request, response) => {
      response.writeHead(502).end();
    });
    expect(await get(served)).toBe("the server answers 502 (3 attempts)");
  });

  it("does not wait longer than it has time, whatever the server asks for", async () => {
    const served = await serve((_request, response) => {
      response.writeHead(429, { "retry-after": "86400" }).end();
    });
    expect(await get(served)).toBe("the server answers 429");
  });

  it("tries again when the connection breaks in the middle", async () => {
    const served = await serve((_request, response, count) => {
      response.writeHead(200, { "content-length": 8 });
      if (count === 1) response.write("half", () => response.destroy());
      else response.end("complete");
    });
    expect(String(await get(served))).toBe("complete");
    expect(served.asked).toHaveLength(2);
  });

  it("says that nobody listens", async () => {
    const served = await serve(() => {});
    servers.splice(0).forEach((server) => server.close());
    expect(await get(served)).toBe("the host refuses the connection (3 attempts)");
  });

  it("gives up on a server that says nothing", async () => {
    const served = await serve(() => {});
    expect(await get(served, { silentMs: 30, attempts: 2 })).toBe("no answer within 0.03 s (2 attempts)");
  });

  it("gives up on a server that drips for ever", async () => {
    const served = await serve((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("x"), 5);
      response.on("close", () => clearInterval(drip));
    });
    expect(await get(served, { silentMs: 5000, totalMs: 200 })).toBe("not complete after 0.2 s");
  });

  it("stops at the size limit, said beforehand or not", async () => {
    const big = Buffer.alloc(3 * 1024 * 1024, 65);
    const said = await serve((_request, response) => {
      response.writeHead(200, { "content-length": big.length }).end(big);
    });
    expect(await get(said, { bytes: 1024 * 1024 })).toBe("more than 1 MiB");
    const unsaid = await serve((_request, response) => {
      response.writeHead(200);
      response.end(big);
    });
    expect(await get(unsaid, { bytes: 1024 * 1024 })).toBe("more than 1 MiB");
    expect(unsaid.asked).toHaveLength(1);
  });

  it("takes a web page for what it is", async () => {
    const served = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=UTF-8" }).end("<html>are you human?</html>");
    });
    expect(await get(served)).toBe("a web page came instead of mail");
  });
});

describe("redirects", () => {
  const to = (location: string): Promise<Served> =>
    serve((request, response) => {
      if (request.url === "/there") response.end("moved");
      else response.writeHead(302, { location }).end();
    });

  it("are followed on the same host", async () => {
    const served = await to("/there");
    expect(String(await get(served))).toBe("moved");
    expect(served.asked).toEqual(["/a@b/t.mbox.gz", "/there"]);
  });

  it("are not followed to another host, port or protocol", async () => {
    const other = await serve((_request, response) => response.end("secret"));
    for (const place of [`http://127.0.0.1:${other.url.port}/`, "http://127.0.0.2/", "http://localhost/", "ftp://127.0.0.1/", "file:///etc/passwd"]) {
      expect(await get(await to(place))).toMatch(/^a redirect to another place \(.*\), which is not followed$/);
    }
    expect(other.asked).toEqual([]);
  });

  it("end when they go in circles or nowhere", async () => {
    expect(await get(await to("/a@b/t.mbox.gz"))).toBe("more than 5 redirects");
    expect(await get(await to("http://[/"))).toBe("a redirect to nowhere");
  });
});
