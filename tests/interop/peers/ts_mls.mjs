// ts-mls 1.6.4 speaking the line protocol of ../peer.py.
//
// Where ts-mls differs from RFC 9420 this file says so and mends what can be mended outside it:
// external_pub travels without its inner length (12.4.3.2), ECDSA keys are made in compressed form
// (5.1.1 wants them uncompressed), a tree goes along only when asked for, and the extension
// external_senders is taken for one sender, not a list (12.1.8.1).

import { createInterface } from "node:readline"
import { p256, p384, p521 } from "@noble/curves/nist.js"
import * as mls from "ts-mls"
import { makeResumptionPsk } from "ts-mls/resumption.js"
import { createGroupInfo } from "ts-mls/createCommit.js"
import { decodeVarLenData } from "ts-mls/codec/variableLength.js"
import { decodeExternalSender } from "ts-mls/externalSender.js"
import { encode } from "ts-mls/codec/tlsEncoder.js"
import { ratchetTreeEncoder } from "ts-mls/ratchetTree.js"

class Unsupported extends Error {}

const hex = (bytes) => Buffer.from(bytes).toString("hex")
const bytes = (text) => new Uint8Array(Buffer.from(text ?? "", "hex"))
const nameOfSuite = Object.fromEntries(Object.entries(mls.ciphersuites).map(([name, id]) => [id, name]))
const DAY = 24 * 3600

const clientConfig = {
  keyRetentionConfig: mls.defaultKeyRetentionConfig,
  // Others' key packages last longer than the month that is the default here.
  lifetimeConfig: { maximumTotalLifetime: BigInt(400 * DAY), validateLifetimeOnReceive: true },
  keyPackageEqualityConfig: mls.defaultKeyPackageEqualityConfig,
  paddingConfig: mls.defaultPaddingConfig,
  authService: mls.defaultAuthenticationService,
}

let suite, me, state, held
let psks = {}

const decoded = (text) => {
  const data = bytes(text)
  const [message, end] = mls.decodeMlsMessage(data, 0) ?? []
  if (end !== data.length) throw new Error("not exactly one MLSMessage")
  return message
}
const encoded = (message) => hex(mls.encodeMlsMessage({ version: "mls10", ...message }))
const extensions = (list) =>
  (list ?? []).map(([type, data]) => ({
    extensionType: { 3: "required_capabilities", 5: "external_senders" }[type] ?? type,
    extensionData: bytes(data),
  }))
const pskIndex = () => mls.makePskIndex(state, psks)
const pskId = ({ id, epoch }) => {
  const pskNonce = suite.rng.randomBytes(suite.kdf.size)
  if (epoch === undefined) return { psktype: "external", pskId: bytes(id), pskNonce }
  const pskGroupId = state.groupContext.groupId
  return { psktype: "resumption", usage: "application", pskGroupId, pskEpoch: BigInt(epoch), pskNonce }
}

async function freshSignatureKey() {
  const made = await suite.signature.keygen()
  const curve = { P256: p256, P384: p384, P521: p521 }[suite.name.split("_").at(-1)]
  return curve ? { ...made, publicKey: curve.Point.fromBytes(made.publicKey).toBytes(false) } : made
}

const suiteOf = (id) => mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(nameOfSuite[id]))

async function freshKeyPackage(cs = suite) {
  const now = Math.floor(Date.now() / 1000)
  const made = await mls.generateKeyPackageWithKey(
    { credentialType: "basic", identity: bytes(me.identity) },
    {
      versions: ["mls10"],
      ciphersuites: Object.keys(mls.ciphersuites),
      // 13.5: values reserved for nothing must be ignored by whoever reads the list.
      extensions: [0x0a0a, ...me.extensions],
      proposals: [0x1a1a],
      credentials: ["basic", "x509"],
    },
    { notBefore: BigInt(now - 3600), notAfter: BigInt(now + (me.lifetime ?? 80 * DAY)) },
    [],
    me.keyPair,
    cs,
  )
  me.packages.push(made)
  return made
}

// A member is found by leaf or by identity.
function leafOf({ leaf, identity }) {
  if (leaf !== undefined && leaf !== null) return leaf
  const found = members().find((member) => member.identity === identity)
  if (found === undefined) throw new Error("no such member")
  return found.leaf
}

function members() {
  return state.ratchetTree.flatMap((node, index) =>
    node?.nodeType === "leaf" ? [{ leaf: index / 2, identity: hex(node.leaf.credential.identity) }] : [],
  )
}

async function commit(
  extraProposals,
  { public: wireAsPublicMessage = false, hold = false, aad = "" },
  index = pskIndex(),
) {
  const made = await mls.createCommit(
    { state, cipherSuite: suite, pskIndex: index },
    { wireAsPublicMessage, extraProposals, ratchetTreeExtension: true, authenticatedData: bytes(aad) },
  )
  if (hold) held = made.newState
  else state = made.newState
  const welcome = made.welcome && encoded({ wireformat: "mls_welcome", welcome: made.welcome })
  return { commit: encoded(made.commit), welcome: welcome ?? null }
}

const addition = (text) => ({ proposalType: "add", add: { keyPackage: decoded(text).keyPackage } })
const removal = (who) => ({ proposalType: "remove", remove: { removed: leafOf(who) } })
const mixing = (which) => ({ proposalType: "psk", psk: { preSharedKeyId: pskId(which) } })
const replacing = (list) => ({
  proposalType: "group_context_extensions",
  groupContextExtensions: { extensions: extensions(list) },
})
const proposals = {
  add: ({ key_package }) => addition(key_package),
  remove: removal,
  psk: mixing,
  gce: ({ extensions: list }) => replacing(list),
  reinit: ({ group_id, suite: id, extensions: list }) => ({
    proposalType: "reinit",
    reinit: {
      groupId: bytes(group_id),
      version: "mls10",
      cipherSuite: nameOfSuite[id],
      extensions: extensions(list),
    },
  }),
}

// RFC 9420, 12.4.3.2: ExternalPub holds the key with its length before it. X25519's and the curves'
// keys are at most 133 bytes long, so the length takes one byte or two.
const withLength = (key) => new Uint8Array([...(key.length < 64 ? [key.length] : [0x40, key.length]), ...key])
const withoutLength = (data) => data.slice(data[0] < 64 ? 1 : 2)

// The signature covers the extension as it came; only what joinGroupExternal looks up is mended.
function readable(groupInfo) {
  const list = [...groupInfo.extensions]
  const mended = list.map((one) =>
    one.extensionType === "external_pub" ? { ...one, extensionData: withoutLength(one.extensionData) } : one,
  )
  Object.defineProperty(list, "find", { value: (wanted) => mended.find(wanted) })
  return { ...groupInfo, extensions: list }
}

// ts-mls reads each external_senders extension as one sender, and a sender's number as the number of
// its extension. So wherever it searches, it is shown one extension for each sender of the list.
function sendersApart(groupContext) {
  const list = [...groupContext.extensions]
  const apart = list.flatMap((one) => {
    if (one.extensionType !== "external_senders") return [one]
    return sendersIn(one.extensionData).map((extensionData) => ({ ...one, extensionData }))
  })
  for (const search of ["filter", "findIndex"])
    Object.defineProperty(list, search, { value: (wanted) => apart[search](wanted) })
  return { ...groupContext, extensions: list }
}

function sendersIn(data) {
  const [listed] = decodeVarLenData(data, 0)
  const found = []
  for (let at = 0; at < listed.length; ) {
    const [, length] = decodeExternalSender(listed, at)
    found.push(listed.slice(at, at + length))
    at += length
  }
  return found
}

const operations = {
  info: () => ({ name: "ts-mls 1.6.4", suites: [1, 2, 3, 4, 5, 6, 7] }),

  async client({ identity, suite: id = 1, extensions: list = [], lifetime }) {
    if (nameOfSuite[id] === undefined) throw new Unsupported(`suite ${id}`)
    suite = await suiteOf(id)
    me = { identity, extensions: list, lifetime, keyPair: await freshSignatureKey(), packages: [] }
    state = held = undefined
    psks = {}
    return { signature_key: hex(me.keyPair.publicKey) }
  },

  async key_package({ suite: id }) {
    const made = await freshKeyPackage(id && (await suiteOf(id)))
    return { key_package: encoded({ wireformat: "mls_key_package", keyPackage: made.publicPackage }) }
  },

  async create_group({ group_id, extensions: list }) {
    const own = await freshKeyPackage()
    const { extensions: apart } = sendersApart({ extensions: extensions(list) })
    state = await mls.createGroup(
      bytes(group_id), own.publicPackage, own.privatePackage, apart, suite, clientConfig)
    return {}
  },

  async join({ welcome, continues = false }) {
    const message = decoded(welcome).welcome
    const former = continues ? state : undefined
    const entered = await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(message.cipherSuite))
    let failure
    for (const own of me.packages.splice(0)) {
      try {
        state = await mls.joinGroup(message, own.publicPackage, own.privatePackage,
          mls.makePskIndex(former, psks), entered, undefined, former, clientConfig)
        suite = entered
        return {}
      } catch (error) {
        failure = error
      }
    }
    throw failure ?? new Error("no key package left to join by")
  },

  add: ({ key_packages, ...options }) => commit(key_packages.map(addition), options),
  update: (options) => commit([], options),
  remove: ({ leaf, identity, ...options }) => commit([removal({ leaf, identity })], options),
  gce: ({ extensions: list, ...options }) => commit([replacing(list)], options),
  psk_commit: ({ id, epoch, ...options }) => commit([mixing({ id, epoch })], options),

  async propose({ kind, public: asPublic = false, aad = "", ...about }) {
    // An Update by reference needs a key of ours kept until its commit; ts-mls keeps none.
    if (!(kind in proposals)) throw new Unsupported(`proposing ${kind}`)
    const made = await mls.createProposal(state, asPublic, proposals[kind](about), suite, bytes(aad))
    state = made.newState
    return { proposal: encoded(made.message) }
  },

  merge() {
    if (held === undefined) throw new Error("nothing is held")
    state = held
    held = undefined
    return {}
  },

  drop() {
    held = undefined
    return {}
  },

  async recv({ msg }) {
    const message = decoded(msg)
    state = { ...state, groupContext: sendersApart(state.groupContext) }
    let kind
    const noting = (incoming) => ((kind = incoming.kind), "accept")
    // processMessage would read private messages without our pre-shared keys.
    const result = await (message.wireformat === "mls_private_message"
      ? mls.processPrivateMessage(state, message.privateMessage, pskIndex(), suite, noting)
      : mls.processPublicMessage(state, message.publicMessage, pskIndex(), suite, noting))
    state = result.newState
    if (result.kind === "applicationMessage") return { kind: "application", data: hex(result.message) }
    if (kind === "commit") held = undefined
    return { kind: state.groupActiveState.kind === "removedFromGroup" ? "removed" : kind }
  },

  async send({ data, aad = "" }) {
    const made = await mls.createApplicationMessage(state, bytes(data), suite, bytes(aad))
    state = made.newState
    return { msg: encoded({ wireformat: "mls_private_message", privateMessage: made.privateMessage }) }
  },

  async export({ label, context, length }) {
    const secret = await mls.mlsExporter(state.keySchedule.exporterSecret, label, bytes(context), length, suite)
    return { secret: hex(secret) }
  },

  async group_info() {
    const { publicKey } = await suite.hpke.deriveKeyPair(state.keySchedule.externalSecret)
    const key = await suite.hpke.exportPublicKey(publicKey)
    const groupInfo = await createGroupInfo(state.groupContext, state.confirmationTag, state, [
      { extensionType: "external_pub", extensionData: withLength(key) },
      { extensionType: "ratchet_tree", extensionData: encode(ratchetTreeEncoder)(state.ratchetTree) },
    ], suite)
    return { group_info: encoded({ wireformat: "mls_group_info", groupInfo }) }
  },

  async external_join({ group_info, resync = false }) {
    const own = await freshKeyPackage()
    const joined = await mls.joinGroupExternal(readable(decoded(group_info).groupInfo),
      own.publicPackage, own.privatePackage, resync, suite, undefined, clientConfig)
    state = joined.newState
    return { commit: encoded({ wireformat: "mls_public_message", publicMessage: joined.publicMessage }) }
  },

  async propose_self({ group_info }) {
    const own = await freshKeyPackage()
    const message = await mls.proposeAddExternal(
      decoded(group_info).groupInfo, own.publicPackage, own.privatePackage, suite)
    return { proposal: encoded(message) }
  },

  async propose_outside({ group_info, sender, kind, ...about }) {
    const { groupInfo } = decoded(group_info)
    const read = { ...groupInfo, groupContext: sendersApart(groupInfo.groupContext) }
    const { publicKey, signKey } = me.keyPair
    const message = await mls.proposeExternal(read, proposals[kind](about), publicKey, signKey, suite)
    if (message.publicMessage.content.sender.senderIndex !== sender) throw new Error("another number is mine")
    return { proposal: encoded(message) }
  },

  // reinitCreateNewGroup and branchGroup send no tree and take only a month's lifetime, so this is what
  // they do, with our options.
  async successor({ key_packages, group_id }) {
    const ending = state.groupActiveState.reinit
    if (ending) suite = await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(ending.cipherSuite))
    const own = await freshKeyPackage()
    const link = makeResumptionPsk(state, ending ? "reinit" : "branch", suite)
    const next = await mls.createGroup(ending?.groupId ?? bytes(group_id), own.publicPackage,
      own.privatePackage, ending?.extensions ?? state.groupContext.extensions, suite, clientConfig)
    const index = pskIndex()
    state = next
    const linking = { proposalType: "psk", psk: { preSharedKeyId: link.id } }
    return commit([...key_packages.map(addition), linking], {}, index)
  },

  psk_store({ id, psk }) {
    psks[mls.bytesToBase64(bytes(id))] = bytes(psk)
    return {}
  },

  state: () => ({
    group_id: hex(state.groupContext.groupId),
    epoch: Number(state.groupContext.epoch),
    epoch_authenticator: hex(state.keySchedule.epochAuthenticator),
    tree_hash: hex(state.groupContext.treeHash),
    confirmed_transcript_hash: hex(state.groupContext.confirmedTranscriptHash),
    ratchet_tree: hex(encode(ratchetTreeEncoder)(state.ratchetTree)),
    members: members(),
    own_leaf: state.privatePath.leafIndex,
  }),
}

async function answer({ op, ...request }) {
  if (!(op in operations)) return { unsupported: `there is no operation ${op}` }
  try {
    return await operations[op](request)
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error.message }
    return { error: `${error.name}: ${error.message}` }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint()
  const said = await answer(JSON.parse(line))
  said.us = Number((process.hrtime.bigint() - start) / 1000n)
  process.stdout.write(JSON.stringify(said) + "\n")
}
