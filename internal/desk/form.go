package desk

// WebForm is a contact form on a website or its hosted page. What visitors write there is answered by mail.
const WebForm ChannelKind = "form"
