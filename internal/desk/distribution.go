package desk

// DistributionUpdated says that a team gives out what waits in another way; its subject is the team.
const DistributionUpdated EventKind = "distribution.updated"
