// Command server is git http-backend behind Go's CGI on loopback, in a process of its own, so that what it costs is
// nobody's who is measured. It prints its port and that of its control: there /stats tells what went over the sockets of
// the first since the last time, /delay/N sets the milliseconds before each answer.
//
//	server ROOT
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

var sent, requests, delayMs atomic.Int64

type counted struct{ net.Conn }

func (conn counted) Write(bytes []byte) (int, error) {
	count, err := conn.Conn.Write(bytes)
	sent.Add(int64(count))
	return count, err
}

type counting struct{ net.Listener }

func (listener counting) Accept() (net.Conn, error) {
	conn, err := listener.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return counted{conn}, nil
}

func main() {
	folder, err := exec.Command("git", "--exec-path").Output()
	check(err)
	backend := filepath.Join(strings.TrimSpace(string(folder)), "git-http-backend")
	listener, control := listen(), listen()
	fmt.Println(portOf(listener), portOf(control))
	go func() { check(http.Serve(control, http.HandlerFunc(answerControl))) }()
	check(http.Serve(counting{listener}, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		requests.Add(1)
		time.Sleep(time.Duration(delayMs.Load()) * time.Millisecond)
		handler := cgi.Handler{
			Path:       backend,
			InheritEnv: []string{"PATH", "HOME", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL"},
			Env: []string{
				"GIT_PROJECT_ROOT=" + os.Args[1],
				"GIT_HTTP_EXPORT_ALL=1",
				"GIT_PROTOCOL=" + request.Header.Get("Git-Protocol"),
			},
		}
		handler.ServeHTTP(response, request)
	})))
}

func answerControl(response http.ResponseWriter, request *http.Request) {
	if delay, isDelay := strings.CutPrefix(request.URL.Path, "/delay/"); isDelay {
		value, err := strconv.ParseInt(delay, 10, 64)
		check(err)
		delayMs.Store(value)
		return
	}
	check(json.NewEncoder(response).Encode(map[string]int64{"requests": requests.Swap(0), "sent": sent.Swap(0)}))
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func portOf(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
