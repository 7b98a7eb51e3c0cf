// Cilium's own clustermesh-apiserver, for tests: what its command "clustermesh" does.
package main

import (
	"fmt"
	"os"

	"github.com/cilium/cilium/clustermesh-apiserver/clustermesh"
	"github.com/cilium/cilium/clustermesh-apiserver/common"
	"github.com/cilium/cilium/pkg/hive"
)

func main() {
	if err := clustermesh.NewCmd(hive.New(common.Cell, clustermesh.Cell)).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
