// What goes between a server and a browser: the JSON forms of WebAuthn Level 3 §5.1. Bytes are base64url.

/** Of the options that a browser is given, what the authenticator looks at. Bytes are base64url. */
export interface SoftCreationOptions {
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly challenge: string;
  readonly excludeCredentials?: readonly { readonly id: string }[];
}

export interface SoftRequestOptions {
  readonly rpId: string;
  readonly challenge: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

/** `PublicKeyCredential.toJSON()` after `create()`. */
export interface SoftRegistration {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly clientExtensionResults: object;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports: readonly string[];
  };
}

/** `PublicKeyCredential.toJSON()` after `get()`. */
export interface SoftAssertion {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly clientExtensionResults: object;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string;
  };
}
