import type { Notice, NoticeSink } from 'nestjs-two-factor';

/** Where notices arrive in a test. It refuses them while it is `broken`, and holds them while it is `held`. */
export class Mailbox implements NoticeSink {
  readonly arrived: Notice[] = [];
  /** Everything that was handed to it, refused or not. */
  readonly handed: Notice[] = [];
  isBroken: (notice: Notice) => boolean = () => false;
  held: Promise<void> | undefined;
  onHanded: () => void = () => {};

  async send(notice: Notice): Promise<void> {
    this.handed.push(notice);
    this.onHanded();
    await this.held;
    if (this.isBroken(notice)) {
      throw new Error('The mail server is down');
    }
    this.arrived.push(notice);
  }

  of(userId: string): readonly Notice[] {
    return this.arrived.filter((notice) => notice.userId === userId);
  }

  typesOf(userId: string): readonly string[] {
    return this.of(userId).map(({ type }) => type);
  }

  /** The token of the latest notice that has one. */
  panicTokenOf(userId: string): string {
    return this.of(userId).findLast(({ panicToken }) => panicToken !== undefined)?.panicToken ?? '';
  }
}
