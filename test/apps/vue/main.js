import { createApp } from './vue.js';
import './two-factor-elements.js';
import { api, signIn, session } from './host.js';

const app = createApp({
  data: () => ({ signIn, api, token: session.token }),
  methods: { enter: ({ detail }) => session.accept(detail.tokens) },
  template: `
    <two-factor-challenge v-if="signIn" v-bind.prop="signIn" .baseUrl="api"
      @two-factor-verified="(event) => (enter(event), (signIn = undefined))" />
    <two-factor-settings v-else .baseUrl="api" .getAccessToken="token" @two-factor-enabled="enter" />`,
});
app.config.compilerOptions.isCustomElement = (tag) => tag.startsWith('two-factor-');
app.mount('#app');
