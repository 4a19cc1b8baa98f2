// Goroutines, channels, a panic that is recovered, a request over HTTP, a file, another program.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

func main() {
	var group sync.WaitGroup
	squares := make(chan int, 4)
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			squares <- n * n
			time.Sleep(5 * time.Millisecond)
		}(i)
	}
	group.Wait()
	close(squares)
	sum := 0
	for square := range squares {
		sum += square
	}
	os.WriteFile(fmt.Sprintf("C:\\Users\\Public\\sum%d.txt", sum), []byte("go"), 0644)
	func() {
		defer func() {
			if recover() != nil {
				os.Mkdir("C:\\ProgramData\\Recovered", 0755)
			}
		}()
		var nothing *int
		*nothing = 1
	}()
	if answer, err := http.Get("http://go.benign.test/path?x=1"); err == nil {
		page, _ := io.ReadAll(answer.Body)
		os.WriteFile("C:\\Users\\Public\\page.html", page, 0644)
	}
	exec.Command("cmd.exe", "/c", "echo hi").Run()
	fmt.Println("done")
}
