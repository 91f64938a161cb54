import type { KeyMaterial } from './key-ring.js';

/** Fetches keys from where they are kept, a KMS or a vault. Asked once, at start. */
export interface KeyProvider {
  load(): Promise<readonly KeyMaterial[]>;
}

/** Keys as they are, as the text of an environment variable (`id:base64,id:base64`), or from a provider. */
export type KeySource = readonly KeyMaterial[] | string | KeyProvider;

/** @throws whatever the provider throws */
export async function loadKeys(source: KeySource): Promise<readonly KeyMaterial[]> {
  if (typeof source === 'string') {
    return parseKeys(source);
  }
  return 'load' in source ? await source.load() : source;
}

/** Reads `id:base64[,id:base64…]`. What is no base64 becomes a key without bytes, which {@link keyFaults} then names. */
function parseKeys(text: string): KeyMaterial[] {
  if (text.trim() === '') {
    return [];
  }
  return text.split(',').map((part) => {
    const [id = '', encoded = '', ...rest] = part.trim().split(':');
    const isBase64 = rest.length === 0 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded);
    return { id, key: isBase64 ? Buffer.from(encoded, 'base64') : Buffer.alloc(0) };
  });
}
