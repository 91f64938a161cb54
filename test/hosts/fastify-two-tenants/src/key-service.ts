import { createHash } from 'node:crypto';
import { setImmediate as aMoment } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { KeyMaterial, KeyProvider } from 'nestjs-two-factor';

/** Stands for a KMS: it gives keys by name, and takes its time. */
@Injectable()
export class KeyService {
  for(use: string): KeyProvider {
    return {
      load: async (): Promise<readonly KeyMaterial[]> => {
        await aMoment();
        return [{ id: `kms-${use}`, key: createHash('sha256').update(use).digest() }];
      },
    };
  }
}
