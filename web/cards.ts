import { type TemplateResult, html } from 'lit';
import { submitButton } from './fields.js';
import { pageTexts as t } from './page-texts.js';

interface Card {
  /** What there is to say, and what is filled in. */
  readonly fields: TemplateResult;
  readonly isBusy: boolean;
  readonly submit: (event: SubmitEvent) => void;
}

export function signInCard({ fields, isBusy, submit }: Card): TemplateResult {
  return html`<section class="card">
    <h1 tabindex="-1">${t.signInTitle}</h1>
    <form novalidate @submit=${submit}>${fields} ${submitButton(t.signIn, { isBusy })}</form>
    <p class="muted">
      ${t.toRegister} <a href="#register">${t.toRegisterLink}</a><br />
      <a href="#recovery">${t.toRecovery}</a>
    </p>
  </section>`;
}

export function registerCard({ fields, isBusy, submit }: Card): TemplateResult {
  return html`<section class="card">
    <div class="head">
      <h1 tabindex="-1">${t.registerTitle}</h1>
      <p class="muted">${t.registerText}</p>
    </div>
    <form novalidate @submit=${submit}>${fields} ${submitButton(t.register, { isBusy })}</form>
    <p class="muted">${t.toSignIn} <a href="#sign-in">${t.toSignInLink}</a></p>
  </section>`;
}
