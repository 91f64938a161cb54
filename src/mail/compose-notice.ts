import type { Notice } from 'nestjs-two-factor';
import { ENGLISH, GERMAN, type MailWords, type NoticeText, WORDS } from './notice-texts.js';

/** A mail, but for who sends it and who gets it. */
export interface NoticeMailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** In English and in German, one below the other: an account has no language here. */
export function composeNotice(
  notice: Notice,
  { issuer, publicUrl }: { readonly issuer: string; readonly publicUrl: string },
): NoticeMailContent {
  const english = ENGLISH[notice.type];
  const german = GERMAN[notice.type];
  // Behind the `#`: what stands there is sent to no server and lies in no log.
  const link = notice.panicToken === undefined ? undefined : `${publicUrl}/panic.html#${notice.panicToken}`;
  const parts = [
    { language: 'en', lines: linesOf(notice, english, WORDS.en), panic: WORDS.en.panic },
    { language: 'de', lines: linesOf(notice, german, WORDS.de), panic: WORDS.de.panic },
  ];
  return {
    subject: `${issuer}: ${english.subject} · ${german.subject}`,
    text: parts
      .map(({ lines, panic }) => [...lines, ...(link === undefined ? [] : ['', panic, link])].join('\n'))
      .join('\n\n-- \n\n'),
    html: parts
      .map(({ language, lines, panic }) => {
        const shown = lines.map((line) => `<p>${escaped(line)}</p>`);
        const button =
          link === undefined
            ? []
            : [`<p>${escaped(panic)}<br /><a href="${escaped(link)}">${escaped(link)}</a></p>`];
        return `<section lang="${language}">${[...shown, ...button].join('')}</section>`;
      })
      .join('<hr />'),
  };
}

function linesOf(notice: Notice, { text }: NoticeText, words: MailWords): string[] {
  const from = [notice.ip, notice.userAgent].filter((part) => part !== undefined).join(', ');
  return [
    text,
    ...(notice.backupCodesRemaining === undefined ? [] : [`${words.left}: ${notice.backupCodesRemaining}`]),
    `${words.when}: ${notice.at.toISOString()}`,
    ...(from === '' ? [] : [`${words.from}: ${from}`]),
  ];
}

/** A user agent is whatever a client says it is. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
