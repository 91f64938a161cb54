/** What an authenticator says is made of: whole numbers, texts, bytes, and maps of them. */
export type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;

/** Writes CBOR (RFC 8949), as much of it as an authenticator needs. */
export function encodeCbor(value: Cbor): Buffer {
  if (typeof value === 'number') {
    return value >= 0 ? head(0, value) : head(1, -1 - value);
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return Buffer.concat([head(3, text.length), text]);
  }
  if (value instanceof Uint8Array) {
    return Buffer.concat([head(2, value.length), value]);
  }
  const entries = [...value].flatMap(([key, item]) => [encodeCbor(key), encodeCbor(item)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) {
    return Buffer.from([type | argument]);
  }
  if (argument < 0x1_00) {
    return Buffer.from([type | 24, argument]);
  }
  return Buffer.from([type | 25, argument >> 8, argument & 0xff]);
}
