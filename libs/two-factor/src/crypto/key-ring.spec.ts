import { describe, expect, it } from 'vitest';
import { type KeyMaterial, KeyRing, keyFaults } from './key-ring.js';

const key = Buffer.alloc(32, 7);

function faultsOf(material: readonly KeyMaterial[]): string {
  try {
    return `no fault in ${new KeyRing(material).ids.join(' ')}`;
  } catch (error) {
    return error instanceof RangeError ? error.message : 'not a RangeError';
  }
}

describe('KeyRing', () => {
  it('seals with its first key and finds all of them', () => {
    const ring = new KeyRing([
      { id: 'new', key: Buffer.alloc(32, 1) },
      { id: 'old', key: Buffer.alloc(32, 2) },
    ]);

    expect(ring.ids).toEqual(['new', 'old']);
    expect(ring.first).toEqual({ id: 'new', key: Buffer.alloc(32, 1) });
    expect(ring.find('old')).toEqual(Buffer.alloc(32, 2));
    expect(ring.find('older')).toBeUndefined();
    expect(ring.find('constructor')).toBeUndefined();
  });

  it('keeps its keys when the host wipes its own copy', () => {
    const material = Buffer.alloc(32, 1);
    const ring = new KeyRing([{ id: 'a', key: material }]);

    material.fill(0);

    expect(ring.first.key).toEqual(Buffer.alloc(32, 1));
    expect(ring.find('a')).toEqual(Buffer.alloc(32, 1));
  });

  it('makes a ring of one of its keys, and none of a key it lacks', () => {
    const ring = new KeyRing([
      { id: 'new', key: Buffer.alloc(32, 1) },
      { id: 'old', key: Buffer.alloc(32, 2) },
    ]);

    const only = ring.only('old');

    expect(only.ids).toEqual(['old']);
    expect(only.first).toEqual({ id: 'old', key: Buffer.alloc(32, 2) });
    expect(() => ring.only('older')).toThrow(RangeError);
  });

  it.each([['a'], ['A-z_9'], ['x'.repeat(32)], ['-'], ['2025']])('takes the id %s', (id) => {
    expect(keyFaults([{ id, key }])).toEqual([]);
    expect(new KeyRing([{ id, key }]).ids).toEqual([id]);
  });

  it.each([
    ['empty', ''],
    ['of 33 characters', 'x'.repeat(33)],
    ['with a dot, which parts sealed values', 'a.b'],
    ['with a colon, which parts the variable', 'a:b'],
    ['with a comma', 'a,b'],
    ['with a space', 'a b'],
    ['with a line break at the end', 'a\n'],
    ['of other letters', '\u00e9'],
  ])('refuses an id that is %s', (_, id) => {
    expect(faultsOf([{ id, key }])).toBe('key 1: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -');
  });

  it.each([0, 16, 31, 33, 64])('refuses a key of %i bytes', (bytes) => {
    expect(faultsOf([{ id: 'a', key: Buffer.alloc(bytes) }])).toBe(
      `key 1: 32 bytes are needed, ${bytes} were given`,
    );
  });

  it('refuses to be empty', () => {
    expect(faultsOf([])).toBe('at least one key is needed');
    expect(keyFaults([])).toEqual(['at least one key is needed']);
  });

  it('refuses one id for two keys, and for one key given twice', () => {
    expect(
      faultsOf([
        { id: 'a', key },
        { id: 'a', key: Buffer.alloc(32, 8) },
      ]),
    ).toBe('key "a" is given twice');
    expect(
      faultsOf([
        { id: 'a', key },
        { id: 'a', key },
      ]),
    ).toBe('key "a" is given twice');
  });

  it('refuses the same bytes under two ids: whoever takes one away would take both', () => {
    const twin = Buffer.from(key);

    expect(
      faultsOf([
        { id: 'a', key },
        { id: 'other', key: Buffer.alloc(32, 8) },
        { id: 'b', key: twin },
      ]),
    ).toBe('key "b" has the same bytes as key "a"');
  });

  it('refuses a key that was never filled', () => {
    expect(faultsOf([{ id: 'a', key: Buffer.alloc(32) }])).toBe('key "a" is nothing but zeros');
  });

  it('names every fault at once, by id and position', () => {
    const material = [
      { id: 'good', key },
      { id: 'b!', key: Buffer.alloc(31) },
      { id: 'good', key: Buffer.alloc(33) },
      { id: '', key },
    ];

    const faults = [
      'key 2: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -',
      'key 2: 32 bytes are needed, 31 were given',
      'key "good" is given twice',
      'key 3: 32 bytes are needed, 33 were given',
      'key 4: its id must be 1 to 32 characters of A-Z a-z 0-9 _ -',
      'key 4 has the same bytes as key "good"',
    ];

    expect(keyFaults(material)).toEqual(faults);
    expect(faultsOf(material)).toBe(faults.join('; '));
  });

  it('never says the value of a key, not even when it stands where the id should', () => {
    const value = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1', 'hex');
    const spellings = [value.toString('base64'), value.toString('base64url'), value.toString('hex')];

    const told = [
      ...keyFaults([{ id: 'a', key: value }]),
      ...spellings.flatMap((id) =>
        keyFaults([
          { id, key: value },
          { id, key },
        ]),
      ),
      faultsOf([{ id: spellings[0] ?? '', key: value }]),
    ].join('\n');

    expect(told).toContain('31 were given');
    for (const spelling of [...spellings, value.toString('latin1'), String(value[0])]) {
      expect(told).not.toContain(spelling);
    }
  });
});
