import { connect } from 'node:net';

/** An answer, byte for byte as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of a header that came twice, the values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends a request that no well-behaved client sends, and reads its answer.
 *
 * @param head request line and headers, without `Host` and `Connection`
 */
export async function raw(
  url: string,
  head: readonly string[],
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const [requestLine = '', ...headers] = head;
  const lines = [requestLine, `Host: ${new URL(url).host}`, 'Connection: close', ...headers, '', ''];
  return exchange(url, Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), Buffer.from(body)]));
}

/** Sends bytes as they are, and reads one answer: to its announced length, or until the connection ends. */
export async function exchange(url: string, request: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (isWhole(received)) {
      break;
    }
  }
  return parse(received.toString('utf8'));
}

function isWhole(received: Buffer): boolean {
  const end = received.indexOf('\r\n\r\n');
  const length = /^content-length: (\d+)/im.exec(
    received.subarray(0, Math.max(end, 0)).toString('latin1'),
  )?.[1];
  return length !== undefined && received.length >= end + 4 + Number(length);
}

function parse(answer: string): RawAnswer {
  const end = answer.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = answer.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(statusLine.split(' ')[1]), headers, text: answer.slice(end + 4) };
}
