// Cilium's own KVStoreMesh, for tests: what its clustermesh-apiserver's command of that name does.
package main

import (
	"fmt"
	"os"

	"github.com/cilium/cilium/clustermesh-apiserver/common"
	"github.com/cilium/cilium/clustermesh-apiserver/kvstoremesh"
	"github.com/cilium/cilium/pkg/hive"
)

func main() {
	if err := kvstoremesh.NewCmd(hive.New(common.Cell, kvstoremesh.Cell)).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
