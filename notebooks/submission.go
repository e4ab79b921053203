package notebooks

import (
	"strings"

	"github.com/assay-kernel/assay/checks"
	"github.com/assay-kernel/assay/kernel/session"
)

// Submission is what a notebook hands in when it is graded outside of a session: its code cells from top to bottom, as
// "Run all" would run them. Cells that are not part of an answer (questions, plan, help) stay out.
func (nb *Notebook) Submission() checks.Submission {
	s := checks.Submission{InOrder: true}
	for _, c := range nb.Cells {
		if c.Type != "code" || c.ID == cellGuard {
			continue
		}
		role := roleOf(c)
		if role == "" && strings.HasPrefix(strings.TrimSpace(c.Source), "%%") {
			role, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(c.Source), "%%"), "\n")
		}
		switch strings.TrimSpace(role) {
		case session.RoleClarify, session.RolePlan, session.RoleHelp, session.RoleStatement:
			continue
		}
		s.Cells = append(s.Cells, checks.Cell{ID: c.ID, Source: c.Source, Role: roleOf(c)})
	}
	return s
}

// Challenge is the slug of the challenge that a notebook belongs to, "" when it says none.
func (nb *Notebook) Challenge() string {
	if assay, ok := nb.Metadata["assay"].(map[string]any); ok {
		if slug, ok := assay["challenge"].(string); ok {
			return slug
		}
	}
	for _, c := range nb.Cells {
		first, _, _ := strings.Cut(c.Source, "\n")
		if slug, ok := strings.CutPrefix(first, "# assay: "); ok && c.Type == "code" {
			return strings.TrimSpace(slug)
		}
	}
	return ""
}
