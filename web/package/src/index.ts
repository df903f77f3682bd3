// What the package of npm gives.
export { InspectorError } from "./failure.js";
export { Inspector } from "./inspector.js";
export type { InspectorOptions, PublishedBuild } from "./inspector.js";
export { Package } from "./package.js";
export type { Member, OpenOptions, PackageFiles, Verification } from "./package.js";
export type { FailureKind, Progress, Traffic } from "./protocol.js";
export { ChannelRecords, RecordsError } from "./records.js";
export type { AddOptions, AskOptions, RecordsOptions, SearchOptions } from "./records.js";
export type { LoadProgress, RecordsFailureKind } from "./records-protocol.js";
export type * from "./records-types.js";
export type { Rule, RuleSource } from "./rule.js";
export type * from "./types.js";
export type { VerifyChoices } from "./verify-choices.js";
export type { CallOptions } from "./workers.js";
