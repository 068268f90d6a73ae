// Passkeys in the browser (WebAuthn level 3). The JSON forms are turned here, because not every browser that knows passkeys can do it itself.

/** Whether this browser and address can do passkeys at all. */
export function knowsPasskeys(): boolean {
  return window.isSecureContext && typeof window.PublicKeyCredential === "function";
}

export function fromBase64url(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes.buffer;
}

export function toBase64url(data: ArrayBuffer): string {
  let plain = "";
  for (const byte of new Uint8Array(data)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

interface DescriptorJSON {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}
export interface CreationJSON extends Record<string, unknown> {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: DescriptorJSON[] | null;
}
export interface RequestJSON extends Record<string, unknown> {
  challenge: string;
  allowCredentials?: DescriptorJSON[] | null;
}

const descriptors = (list: DescriptorJSON[] | null | undefined) =>
  (list ?? []).map((d) => ({ ...d, id: fromBase64url(d.id) }));

/** Makes a passkey and returns what the server keeps of it. It throws the browser's DOMException where the person does not go on. */
export async function createPasskey(options: CreationJSON): Promise<unknown> {
  const made = (await navigator.credentials.create({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialCreationOptions),
      challenge: fromBase64url(options.challenge),
      user: { ...options.user, id: fromBase64url(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  })) as PublicKeyCredential | null;
  if (!made) throw new DOMException("no credential", "NotAllowedError");
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...head(made),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** Signs the server's challenge with a passkey. */
export async function signWithPasskey(options: RequestJSON): Promise<unknown> {
  const got = (await navigator.credentials.get({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialRequestOptions),
      challenge: fromBase64url(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    },
  })) as PublicKeyCredential | null;
  if (!got) throw new DOMException("no credential", "NotAllowedError");
  const response = got.response as AuthenticatorAssertionResponse;
  return {
    ...head(got),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      authenticatorData: toBase64url(response.authenticatorData),
      signature: toBase64url(response.signature),
      ...(response.userHandle ? { userHandle: toBase64url(response.userHandle) } : {}),
    },
  };
}

function head(credential: PublicKeyCredential) {
  return {
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** Why the browser gave no passkey: the person stopped it or it took too long, it is here already, or something else. */
export function passkeyTrouble(err: unknown): "stopped" | "known" | "other" | undefined {
  if (!(err instanceof DOMException)) return undefined;
  if (err.name === "NotAllowedError" || err.name === "AbortError") return "stopped";
  if (err.name === "InvalidStateError") return "known";
  return "other";
}
