import type { Setup } from '../api/contract.js';
import type { SignInTexts } from '../texts/texts.js';
import { momentText } from './time.js';

/** Ten codes on their way to paper. */
export interface CodeSet {
  readonly codes: readonly string[];
  readonly service: string;
  readonly account: string;
  /** When the set was drawn: it tells one set from another. */
  readonly drawnAt: string;
}

/** Service and account as the Key URI names them: what the person sees in the app as well. */
export function labelOf(otpauthUri: string): { readonly service: string; readonly account: string } {
  const label = /^otpauth:\/\/totp\/([^?]*)/.exec(otpauthUri)?.[1] ?? '';
  const [service = '', account = ''] = label.split(':').map(decodeURIComponent);
  return { service, account };
}

export function codesOf({ backupCodes, otpauthUri }: Setup, drawnAt: string): CodeSet {
  return { codes: backupCodes, drawnAt, ...labelOf(otpauthUri) };
}

/** The file, and what goes to the clipboard: readable in ten years without this page. */
export function codeSetText(
  { codes, service, account, drawnAt }: CodeSet,
  t: SignInTexts,
  language: string,
): string {
  const { save } = t;
  const lines = [
    save.fileTitle,
    '',
    ...(service === '' ? [] : [`${save.fileService}: ${service}`]),
    ...(account === '' ? [] : [`${save.fileAccount}: ${account}`]),
    `${save.fileSet}: ${save.fileSetValue(momentText(drawnAt, language), codes.length)}`,
    '',
    ...codes.map((code, index) => `${String(index + 1).padStart(2)}. ${code}`),
    '',
    save.fileNote,
  ];
  return `${lines.join('\n')}\n`;
}

export function codeSetFileName({ service, drawnAt }: CodeSet, { save }: SignInTexts): string {
  const parts = [save.fileName, service, drawnAt.slice(0, 10)];
  const name = parts.map((part) => part.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')).filter((part) => part !== '');
  return `${name.join('-')}.txt`;
}

/** Gives a text as a download. The address of it exists for a moment, and only in this page. */
export function download(text: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Prints a text and nothing of the page around it: from an empty frame, which no policy needs to allow. */
export function print(text: string): void {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  document.body.append(frame);
  const view = frame.contentWindow;
  if (view === null) {
    frame.remove();
    return;
  }
  const block = view.document.createElement('pre');
  block.textContent = text;
  view.document.body.append(block);
  view.addEventListener('afterprint', () => frame.remove(), { once: true });
  view.print();
}
