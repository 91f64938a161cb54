/** Six digits, with any spaces or dashes, as people paste them. */
export function parseOneTimeCode(typed: string): string | undefined {
  const code = typed.normalize('NFKC').replaceAll(/[\s-]/g, '');
  return /^\d{6}$/.test(code) ? code : undefined;
}

/** A backup code in the form it was handed out in; Crockford's base32 reads O as 0, I and L as 1. */
export function parseBackupCode(typed: string): string | undefined {
  const code = folded(typed);
  return /^[\dA-HJKMNP-TV-Z]{15}$/.test(code) ? (code.match(/.{5}/g) ?? []).join('-') : undefined;
}

/** Whether what was typed back is the end of one of the codes. */
export function isEndOfOne(codes: readonly string[], typed: string): boolean {
  const end = folded(typed);
  // A whole code typed back is as good.
  return end.length >= 5 && codes.some((code) => folded(code).endsWith(end));
}

function folded(typed: string): string {
  return typed
    .normalize('NFKC')
    .replaceAll(/[\s-]/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}

/** A key as people read it off: groups of four. */
export function groupsOfFour(key: string): string[] {
  return key.match(/.{1,4}/g) ?? [];
}
