/** A key of a ring: its id, as it stands in the database, and 32 random bytes. */
export interface KeyMaterial {
  /** 1 to 32 characters of `A-Z a-z 0-9 _ -`. Never reuse an id for another key. */
  readonly id: string;
  readonly key: Uint8Array;
}

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
export const KEY_BYTES = 32;

/** Keys in order: the first one seals, all of them open. */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #first: { readonly id: string; readonly key: Buffer };

  /** @throws RangeError with every fault of the material, by id and position, never by value */
  constructor(material: readonly KeyMaterial[]) {
    const faults = keyFaults(material);
    const [first] = material;
    if (first === undefined || faults.length > 0) {
      throw new RangeError(faults.join('; '));
    }
    this.#keys = new Map(material.map(({ id, key }) => [id, Buffer.from(key)]));
    this.#first = { id: first.id, key: Buffer.from(first.key) };
  }

  /** The key that seals. */
  get first(): { readonly id: string; readonly key: Buffer } {
    return this.#first;
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  find(id: string): Buffer | undefined {
    return this.#keys.get(id);
  }

  /** A ring of one of these keys. @throws RangeError when there is no such key */
  only(id: string): KeyRing {
    const key = this.find(id);
    return new KeyRing(key === undefined ? [] : [{ id, key }]);
  }
}

/** Names what is wrong with the material of a ring; empty when nothing is. */
export function keyFaults(material: readonly KeyMaterial[]): string[] {
  if (material.length === 0) {
    return ['at least one key is needed'];
  }
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [index, { id, key }] of material.entries()) {
    if (!KEY_ID.test(id)) {
      faults.push(`key ${index + 1}: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -`);
    } else if (seen.has(id)) {
      faults.push(`key "${id}" is given twice`);
    }
    // Hosts without types pass text here. No `instanceof`: a test runner's sandbox has a Uint8Array of its own.
    if (!ArrayBuffer.isView(key)) {
      faults.push(`key ${index + 1}: ${KEY_BYTES} bytes are needed, as a Buffer or Uint8Array`);
    } else if (key.byteLength !== KEY_BYTES) {
      faults.push(`key ${index + 1}: ${KEY_BYTES} bytes are needed, ${key.byteLength} were given`);
    }
    seen.add(id);
  }
  return faults;
}
