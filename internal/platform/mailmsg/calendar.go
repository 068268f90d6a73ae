package mailmsg
