package companion

func serveUntilKilled(home string) {}
