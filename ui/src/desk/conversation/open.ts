/** Fetches the code of the open conversation; called when a row is pointed at, so that it is there before the click. */
export const loadConversation = () => import("./Conversation");
