package companion

import "net"

// url is where this machine reaches the companion.
func (c *Companion) url() string {
	host, port, err := net.SplitHostPort(c.Addr())
	if err != nil {
		return "http://" + c.Addr()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// ownHosts are the names that a browser may use for the address that we listen on: numbers, and localhost. A name that
// somebody else's DNS gave to our number is not among them.
func ownHosts(a net.Addr) []string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return nil
	}
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return nil
	}
	hosts := []string{net.JoinHostPort(tcp.IP.String(), port)}
	if tcp.IP.IsLoopback() || tcp.IP.IsUnspecified() {
		hosts = append(hosts, "localhost:"+port, "127.0.0.1:"+port, "[::1]:"+port)
	}
	if !tcp.IP.IsUnspecified() {
		return hosts
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return hosts
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			hosts = append(hosts, net.JoinHostPort(n.IP.String(), port))
		}
	}
	return hosts
}
