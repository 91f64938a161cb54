/** A key of a ring: its id, as it stands in the database, and 32 random bytes. */
export interface KeyMaterial {
  /** 1 to 32 characters of `A-Z a-z 0-9 _ -`. Never reuse an id for another key. */
  readonly id: string;
  readonly key: Uint8Array;
}

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const KEY_BYTES = 32;

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
  return material.flatMap((entry, index) => [
    ...idFaults(entry, index, material),
    ...bytesFaults(entry, index, material),
  ]);
}

/**
 * Names each pepper that is also a key, so that who finds out one secret has not the other with it.
 *
 * @param keys without faults of their own, and so are the peppers
 */
export function sharedKeyFaults(keys: readonly KeyMaterial[], peppers: readonly KeyMaterial[]): string[] {
  return peppers.flatMap((pepper) => {
    const key = keys.find((candidate) => haveSameBytes(candidate, pepper));
    return key === undefined ? [] : [`key "${pepper.id}" has the same bytes as key "${key.id}" of keys`];
  });
}

function idFaults({ id }: KeyMaterial, index: number, material: readonly KeyMaterial[]): string[] {
  if (!KEY_ID.test(id)) {
    return [`key ${index + 1}: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -`];
  }
  return material.slice(0, index).some((earlier) => earlier.id === id) ? [`key "${id}" is given twice`] : [];
}

function bytesFaults(entry: KeyMaterial, index: number, material: readonly KeyMaterial[]): string[] {
  const { id, key } = entry;
  // Hosts without types pass text here. No `instanceof`: a test runner's sandbox has a Uint8Array of its own.
  if (!ArrayBuffer.isView(key)) {
    return [`key ${index + 1}: ${KEY_BYTES} bytes are needed, as a Buffer or Uint8Array`];
  }
  if (key.byteLength !== KEY_BYTES) {
    return [`key ${index + 1}: ${KEY_BYTES} bytes are needed, ${key.byteLength} were given`];
  }
  if (key.every((byte) => byte === 0)) {
    return [`${nameOf(entry, material)} is nothing but zeros`];
  }
  const twin = material.slice(0, index).find((earlier) => earlier.id !== id && haveSameBytes(earlier, entry));
  return twin === undefined
    ? []
    : [`${nameOf(entry, material)} has the same bytes as ${nameOf(twin, material)}`];
}

/** What stands where the id should may be the key itself: then its position names it. */
function nameOf(entry: KeyMaterial, material: readonly KeyMaterial[]): string {
  return KEY_ID.test(entry.id) ? `key "${entry.id}"` : `key ${material.indexOf(entry) + 1}`;
}

function haveSameBytes({ key: left }: KeyMaterial, { key: right }: KeyMaterial): boolean {
  return ArrayBuffer.isView(left) && ArrayBuffer.isView(right) && Buffer.compare(left, right) === 0;
}
