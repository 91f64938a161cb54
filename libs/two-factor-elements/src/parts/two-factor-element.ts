import { LitElement, type PropertyDeclarations, type TemplateResult, html } from 'lit';
import { DEFAULT_BASE_URL } from '../api/contract.js';
import { changesFor, primaryOf } from '../texts/catalogue.js';
import type { SignInTexts, Texts, TextsChange } from '../texts/texts.js';
import { Language } from './language.js';
import { styles } from './styles/styles.js';

const NONE: TextsChange = {};
const HEADING_LEVELS: readonly number[] = [1, 2, 3, 4, 5, 6];

/** What both elements have: where the calls are, the language, and a voice for those who do not see. */
export abstract class TwoFactorElement<Words extends SignInTexts = Texts> extends LitElement {
  static override readonly styles = styles;
  static override readonly properties: PropertyDeclarations = {
    baseUrl: { attribute: 'base-url', noAccessor: true },
    language: { attribute: 'language' },
    texts: { attribute: false },
    headingLevel: { attribute: 'heading-level', type: Number },
    announcement: { state: true },
  };

  /** A language tag. Default: the nearest `lang` attribute, else the browser's. */
  declare language: string | undefined;
  /** Texts in place of ours, for this element alone. */
  declare texts: TextsChange | undefined;
  /** Where the headings stand among those of the page, 1 to 6. Default: 2, and 3 for those below. */
  declare headingLevel: number | undefined;
  declare protected announcement: string;

  #baseUrl = DEFAULT_BASE_URL;
  readonly #language = new Language(this);
  #t:
    | { readonly from: readonly TextsChange[]; readonly change: TextsChange; readonly texts: Words }
    | undefined;
  /** The texts that it has, with changes of them. */
  protected abstract readonly textsWith: (changes: readonly TextsChange[]) => Words;

  constructor() {
    super();
    this.announcement = '';
  }

  /** Where the contract's calls lie, with the version: `https://api.example.com/api/v1`. */
  get baseUrl(): string {
    return this.#baseUrl;
  }

  /** A page that takes its address away again leaves the default: React gives `undefined`, a removed attribute `null`. */
  set baseUrl(address: string | null | undefined) {
    const before = this.#baseUrl;
    this.#baseUrl = address ?? DEFAULT_BASE_URL;
    this.requestUpdate('baseUrl', before);
  }

  get effectiveLanguage(): string {
    return this.language ?? this.#language.tag;
  }

  /** The visitor's own way to write dates, where it is of the same language. */
  get dateLocale(): string {
    const language = this.effectiveLanguage;
    const isSame = (other: string): boolean => primaryOf(other) === primaryOf(language);
    return navigator.languages.find(isSame) ?? language;
  }

  get t(): Words {
    const [from, change] = [changesFor(this.effectiveLanguage), this.texts ?? NONE];
    if (this.#t?.from !== from || this.#t.change !== change) {
      this.#t = { from, change, texts: this.textsWith([...from, change]) };
    }
    return this.#t.texts;
  }

  /** Here and not in each view: a heading that no view has thought of has its level too. */
  protected override updated(): void {
    const { headingLevel } = this;
    for (const heading of this.renderRoot.querySelectorAll('h2, h3')) {
      const isBelow = heading.localName === 'h3';
      heading.ariaLevel = levelOf(headingLevel, isBelow);
    }
  }

  /** Tells screen readers what sighted people see change. What was said last is not heard again unless it differs. */
  announce(text: string): void {
    this.announcement = text === this.announcement ? `${text}\u00A0` : text;
  }

  /**
   * Puts the focus where the new view begins, so that neither keys nor screen readers are left behind; but not when
   * somebody is busy elsewhere in the page.
   */
  async focusOn(selector: string): Promise<void> {
    const isElsewhere = document.activeElement !== document.body && !this.matches(':focus-within');
    if (isElsewhere) {
      return;
    }
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  /** Events do not bubble: some carry tokens, which are for whoever listens at the element. */
  emit(type: string, detail?: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  protected voice(): TemplateResult {
    return html`<div class="visually-hidden" role="status">${this.announcement}</div>`;
  }

  skeleton(): TemplateResult {
    return html`<div class="card" part="card" aria-busy="true" tabindex="-1">
      <div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>
      <p class="visually-hidden">${this.t.common.loading}</p>
    </div>`;
  }
}

/** @returns `null` for the level that the heading has by itself, also when what was given is none */
function levelOf(level: number | null | undefined, isBelow: boolean): string | null {
  return level !== null && level !== undefined && HEADING_LEVELS.includes(level)
    ? String(Math.min(HEADING_LEVELS.length, level + (isBelow ? 1 : 0)))
    : null;
}
