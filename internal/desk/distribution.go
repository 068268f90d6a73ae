package desk

// DistributionUpdated says that a team gives out what waits in another way; its subject is the team.
const DistributionUpdated EventKind = "distribution.updated"

// LanguageWaived says that some of what waits in a team has waited for so long that who does not answer in its language or lacks a skill may have it too; its subject is the team.
const LanguageWaived EventKind = "distribution.language_waived"
