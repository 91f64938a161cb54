import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key the database knows, and a value that only the right key opens. */
@Entity('two_factor_keys')
export class TwoFactorKeyCanary {
  @PrimaryColumn({ type: 'text' })
  purpose!: 'key' | 'pepper';

  @PrimaryColumn({ name: 'key_id', type: 'text' })
  keyId!: string;

  @Column({ type: 'text' })
  canary!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
