import { connect } from 'node:net';

/** An answer, byte for byte as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of a header that came twice, the values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends bytes that no well-behaved client sends, and reads until the server closes the connection.
 *
 * @param head request line and headers, without `Host` and `Connection`
 */
export async function raw(
  url: string,
  head: readonly string[],
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url);
  const [requestLine = '', ...headers] = head;
  const lines = [requestLine, `Host: ${host}`, 'Connection: close', ...headers, '', ''];
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), Buffer.from(body)]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
  }
  return parse(Buffer.concat(chunks).toString('utf8'));
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
