// Command gogit does with Flux's git client what ours does: heads URL COUNT, many BASE COUNT,
// files URL BRANCH PATH FOLDER. It prints one line of JSON.
package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/fluxcd/pkg/git"
	"github.com/fluxcd/pkg/git/gogit"
	"github.com/fluxcd/pkg/git/repository"
)

func main() {
	verb, url := os.Args[1], os.Args[2]
	var result any
	switch verb {
	case "heads":
		result = heads(url, number(os.Args[3]))
	case "many":
		result = many(url, number(os.Args[3]))
	case "files":
		result = files(url, os.Args[3], os.Args[4], os.Args[5])
	}
	check(json.NewEncoder(os.Stdout).Encode(result))
}

// look compares the head with one that was seen before, as source-controller does at each interval.
func look(url, folder, seen string) *git.Commit {
	client, err := gogit.NewClient(folder, &git.AuthOptions{Transport: git.HTTP}, gogit.WithMemoryStorage())
	check(err)
	strategy := repository.CheckoutStrategy{Branch: "main"}
	commit, err := client.Clone(context.Background(), url, repository.CloneConfig{
		CheckoutStrategy: strategy, ShallowClone: true, LastObservedCommit: seen,
	})
	check(err)
	return commit
}

func heads(url string, count int) any {
	folder := scratch()
	seen := look(url, folder, "").String()
	walls, cpus := []float64{}, []float64{}
	for range count {
		began, cpu := time.Now(), cpuMs()
		if git.IsConcreteCommit(*look(url, folder, seen)) {
			panic("the head was cloned, not compared")
		}
		walls = append(walls, float64(time.Since(began).Microseconds())/1000)
		cpus = append(cpus, cpuMs()-cpu)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	return map[string]float64{"wallMs": walls[count/2], "cpuMs": cpus[count/2]}
}

// many compares the heads of repositories that all have the same one.
func many(base string, count int) any {
	folder := scratch()
	seen := look(base+"/small-0.git", folder, "").String()
	began := time.Now()
	var waiting sync.WaitGroup
	places := make(chan struct{}, 16)
	for index := range count {
		waiting.Add(1)
		places <- struct{}{}
		go func() {
			defer waiting.Done()
			look(base+"/small-"+strconv.Itoa(index)+".git", folder, seen)
			<-places
		}()
	}
	waiting.Wait()
	return map[string]any{"heads": count, "wallMs": float64(time.Since(began).Microseconds()) / 1000}
}

func files(url, branch, path, folder string) any {
	client, err := gogit.NewClient(folder, &git.AuthOptions{Transport: git.HTTP}, gogit.WithDiskStorage())
	check(err)
	_, err = client.Clone(context.Background(), url, repository.CloneConfig{
		CheckoutStrategy:          repository.CheckoutStrategy{Branch: branch},
		ShallowClone:              true,
		SparseCheckoutDirectories: []string{path},
	})
	check(err)
	count := 0
	check(filepath.WalkDir(filepath.Join(folder, path), func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			count++
		}
		return err
	}))
	return map[string]int{"files": count}
}

func cpuMs() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func scratch() string {
	folder, err := os.MkdirTemp("", "gogit-")
	check(err)
	return folder
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
