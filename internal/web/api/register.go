package api

// register connects the operations of the table with their handlers.
func (s *Server) register() {
	s.registerDoors()
	s.registerDesk()
	s.registerForms()
	s.registerMacros()
	s.registerCalendars()
	s.registerFields()
	s.registerJoins()
	s.registerPurchases()
	s.registerImports()
	s.registerNotices()
	s.registerPresence()
}
