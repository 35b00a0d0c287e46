/** RFC 5802 section 5, RFC 7677 section 3, RFC 6120 section 9.1.2. */
export const scramVectors = [
  {
    source: 'RFC 5802 section 5',
    hash: 'SHA-1',
    username: 'user',
    password: 'pencil',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    source: 'RFC 7677 section 3',
    hash: 'SHA-256',
    username: 'user',
    password: 'pencil',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    source: 'RFC 6120 section 9.1.2',
    hash: 'SHA-1',
    username: 'juliet',
    password: 'r0m30myr0m30',
    nonce: 'oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA',
    clientFirst: 'n,,n=juliet,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA',
    serverFirst:
      'r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,s=NjhkYTM0MDgtNGY0Zi00NjdmLTkxMmUtNDlmNTNmNDNkMDMz,i=4096',
    clientFinal:
      'c=biws,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,p=UA57tM/SvpATBkH2FXs0WDXvJYw=',
    serverFinal: 'v=pNNDFVEQxuXxCoSEiW8GEZ+1RSo=',
  },
] as const;

/** XEP-0474 section 6.3. The client sends an `x=` there, which we do not, so only the signatures can be compared. */
export const listHashVector = {
  mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'],
  channelBindingTypes: ['tls-server-end-point', 'tls-exporter'],
  listHash: 'G6k/rBLDqgOhRRaCuuatSDFkJ08=',
  password: 'pencil',
  salt: 'QSXCR+Q6sek8bf92',
  bindingType: 'tls-exporter',
  bindingData: 'THIS IS FAKE CB DATA',
  nonce: '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6',
  clientFirst: 'p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6',
  serverFirst:
    'r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=',
  clientFinalStart:
    'c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,',
  clientFinalExtension: 'x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3',
  proof: 'M/SIDjT+dfcxUh89jZEypRvFxB4=',
  serverSignature: 'MQrMPvv7yv4x4Cq4W4Ih25EqS2c=',
} as const;

/** RFC 4616 section 4. */
export const plainVectors = [
  { authzid: '', username: 'tim', password: 'tanstaaftanstaaf', base64: 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm' },
  { authzid: 'Ursel', username: 'Kurt', password: 'xipj3plmq', base64: 'VXJzZWwAS3VydAB4aXBqM3BsbXE=' },
] as const;

/** RFC 7628 sections 4.1 and 4.3. */
export const oauthVector = {
  authzid: 'user@example.com',
  host: 'server.example.com',
  port: 143,
  token: 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==',
  message:
    'n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01',
  serverError:
    '{"status":"invalid_token","scope":"example_scope","openid-configuration":"https://example.com/.well-known/openid-configuration"}',
} as const;
