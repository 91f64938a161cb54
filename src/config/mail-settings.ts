/** How notices leave as mail. */
export interface MailSettings {
  /** `smtp://user:password@host:port`, or `smtps://`; `undefined`: they are printed. */
  readonly smtpUrl: string | undefined;
  readonly from: string;
  /** Where links in mails lead: an origin. A request's Host header is never taken for it. */
  readonly publicUrl: string;
}

/** The variables, as far as they are set. */
export interface MailVariables {
  readonly mail: 'on' | 'off';
  readonly smtpUrl: string | undefined;
  readonly from: string | undefined;
  readonly publicUrl: string | undefined;
}

/**
 * @param faults takes what is wrong, by the names of variables
 * @returns `undefined` when there is to be no mail
 */
export function mailSettings(
  { mail, smtpUrl, from, publicUrl }: MailVariables,
  { isProduction, port }: { readonly isProduction: boolean; readonly port: number },
  faults: string[],
): MailSettings | undefined {
  if (mail === 'off') {
    return undefined;
  }
  if (smtpUrl !== undefined && !isSmtpUrl(smtpUrl)) {
    faults.push('SMTP_URL must be a smtp:// or smtps:// URL');
  }
  if (publicUrl !== undefined && !isOrigin(publicUrl)) {
    faults.push('PUBLIC_URL must be an origin, such as https://app.example.com');
  }
  const missing = [
    ...(smtpUrl === undefined ? ['SMTP_URL'] : []),
    ...(from === undefined ? ['MAIL_FROM'] : []),
    ...(publicUrl === undefined ? ['PUBLIC_URL'] : []),
  ];
  if (isProduction) {
    faults.push(...missing.map((name) => `${name} is not set, and production needs it, or MAIL=off`));
  }
  return {
    smtpUrl,
    from: from ?? 'nestjs-two-factor@localhost',
    publicUrl: publicUrl ?? `http://localhost:${port}`,
  };
}

function isSmtpUrl(text: string): boolean {
  return /^smtps?:\/\/./.test(text) && URL.canParse(text);
}

function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
