package creators

import (
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators/paapi"
)

var _ amazon.Fronted = (*Program)(nil)

// Front implements amazon.Fronted: software written for PA-API 5 is answered from this program.
func (p *Program) Front() amazon.Front { return paapi.New() }
