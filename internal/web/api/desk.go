package api

// deskRoutes are the operations of the desk itself: inboxes, customers, conversations.
var deskRoutes = []route{}

// registerDesk connects the operations of the desk with their handlers.
func (s *Server) registerDesk() {}
