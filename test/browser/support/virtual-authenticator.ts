import type { CDPSession, Page } from 'playwright-core';
import { type TestApp, startApp } from '../../support/app.js';
import { freePort } from '../../support/free-port.js';

/** The application at localhost: browsers have no passkeys of a number. */
export async function startAppWithPasskeys(
  variables: Readonly<Record<string, string>> = {},
): Promise<TestApp> {
  const port = await freePort();
  const app = await startApp({ port, variables: { ...variables, PORT: String(port) } });
  return { ...app, url: `http://localhost:${port}` };
}

interface Traits {
  readonly transport?: 'internal' | 'usb';
  /** Whether it keeps the passkey, so that it can be found without its id. */
  readonly isResident?: boolean;
  /** Whether it looks who its owner is. */
  readonly verifies?: boolean;
  /** Whether its passkeys are kept elsewhere too, and are. */
  readonly isSynced?: boolean;
}

/** An authenticator that Chromium plays, in the hands of a test. */
export class VirtualAuthenticator {
  private constructor(
    private readonly debug: CDPSession,
    private readonly id: string,
  ) {}

  static async plugIn(
    page: Page,
    { transport = 'internal', isResident = true, verifies = true, isSynced = false }: Traits = {},
  ): Promise<VirtualAuthenticator> {
    const debug = await page.context().newCDPSession(page);
    await debug.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await debug.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasResidentKey: isResident,
        hasUserVerification: verifies,
        isUserVerified: verifies,
        automaticPresenceSimulation: true,
        defaultBackupEligibility: isSynced,
        defaultBackupState: isSynced,
      },
    });
    return new VirtualAuthenticator(debug, authenticatorId);
  }

  /** Takes it away, with all that it holds. */
  async unplug(): Promise<void> {
    await this.debug.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.id });
  }

  async credentials(): Promise<{ credentialId: string; isResidentCredential: boolean; signCount: number }[]> {
    const { credentials } = await this.debug.send('WebAuthn.getCredentials', { authenticatorId: this.id });
    return credentials;
  }

  /** Its owner does not touch it any more. */
  async leaveAlone(): Promise<void> {
    await this.debug.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.id,
      enabled: false,
    });
  }
}
