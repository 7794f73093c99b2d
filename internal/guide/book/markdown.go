package book

import (
	"fmt"
	"strings"
)

// Markdown writes a guide as a page of docs/guide. problems is the address of the page of problems, seen from there.
func (g Guide) Markdown(problems string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", g.Title)
	for _, a := range g.Answer {
		fmt.Fprintf(&b, "%s\n\n", md(a))
	}
	fmt.Fprintf(&b, "| | |\n|---|---|\n| Key | %s |\n| Comes from | %s |\n| Takes | %s |\n", cell(g.Key), cell(g.From), cell(g.Time))
	if len(g.Called) > 0 {
		fmt.Fprintf(&b, "| Also called | %s |\n", cell(strings.Join(g.Called, "; ")))
	}
	list(&b, "Who may have it", g.Apply)
	list(&b, "Who is refused", g.Refused)
	list(&b, "What you need first", g.Before)
	list(&b, "How long you wait", g.Waits)
	if len(g.Portals) > 0 {
		b.WriteString("\n## Where\n\n| portal | address | |\n|---|---|---|\n")
		for _, p := range g.Portals {
			fmt.Fprintf(&b, "| %s | <%s> | %s |\n", cell(p.Name), p.URL, cell(p.Note))
		}
	}
	b.WriteString("\n## Step by step\n")
	for i, s := range g.Steps {
		g.stepMarkdown(&b, i+1, s, problems)
	}
	if len(g.Credentials) > 0 {
		b.WriteString("\n## What each is for, and how long it lives\n\n| what | for | lives | shown | looks | header |\n|---|---|---|---|---|---|\n")
		for _, c := range g.Credentials {
			name := c.Name
			if c.Secret {
				name += " (secret)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", cell(name), cell(c.For), cell(c.Lives), cell(c.Shown), cell(c.Looks), cell(c.Header))
		}
	}
	for _, n := range g.Notes {
		list(&b, n.Title, n.Lines)
	}
	if len(g.Retired) > 0 {
		b.WriteString("\n## What old guides say, and what holds today\n\n| old guides say | today | since |\n|---|---|---|\n")
		for _, r := range g.Retired {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(r.Old), cell(r.Today), cell(r.Since))
		}
	}
	list(&b, "What Lockkeeper does with it today", g.Here)
	if len(g.Next) > 0 {
		b.WriteString("\n## Next\n\n")
		for _, c := range g.Next {
			fmt.Fprintf(&b, "- `%s`: %s\n", c.Run, md(c.Why))
		}
	}
	fmt.Fprintf(&b, "\nAmazon moves its menus. These facts were last compared with their sources on %s.\n", g.Checked)
	return b.String()
}

func (g Guide) stepMarkdown(b *strings.Builder, number int, s Step, problems string) {
	fmt.Fprintf(b, "\n### <a id=%q></a>%d. %s\n\n", s.ID, number, md(s.Title))
	if path := md(strings.Join(s.Path, " > ")); path != "" {
		portal, _ := g.Portal(s)
		fmt.Fprintf(b, "**%s:** %s\n\n", md(portal.Name), path)
	}
	for _, d := range s.Do {
		fmt.Fprintf(b, "%s\n\n", md(d))
	}
	if len(s.Fields) > 0 {
		b.WriteString("| field | enter |\n|---|---|\n")
		for _, f := range s.Fields {
			fmt.Fprintf(b, "| %s | %s |\n", cell(f.Name), cell(f.Enter))
		}
		b.WriteString("\n")
	}
	for _, x := range []struct{ name, text string }{{"Gives", s.Gives}, {"Wait", s.Wait}} {
		if x.text != "" {
			fmt.Fprintf(b, "%s: %s\n\n", x.name, md(x.text))
		}
	}
	for _, m := range s.Mind {
		fmt.Fprintf(b, "> %s\n\n", md(m))
	}
	if len(s.Commands) > 0 {
		fmt.Fprintf(b, "```\n%s\n```\n\n", strings.Join(s.Commands, "\n"))
	}
	if len(s.Checks) > 0 {
		fmt.Fprintf(b, "`lockkeeper doctor` looks at it as `%s`.\n\n", strings.Join(s.Checks, "`, `"))
	}
	if len(s.Avoids) > 0 {
		links := make([]string, len(s.Avoids))
		for i, code := range s.Avoids {
			links[i] = fmt.Sprintf("[`%s`](%s#%s)", code, problems, code)
		}
		fmt.Fprintf(b, "Avoids %s.\n", strings.Join(links, ", "))
	}
}

// Table writes the tasks side by side as Markdown, for the README and for the guides' first page. pages is the address of their folder.
func (b Book) Table(pages string) string {
	var out strings.Builder
	out.WriteString("There is no single \"Amazon API key\". It depends on what you want to do:\n\n| I want to | I need | it comes from | it takes |\n|---|---|---|---|\n")
	for _, g := range b.guides {
		need := "**" + cell(g.Key) + "**"
		if !g.NeedsKey {
			need = cell(g.Key)
		}
		fmt.Fprintf(&out, "| [%s](%szz_gen_%s.md) | %s | %s | %s |\n", cell(g.Want), pages, g.ID, need, cell(g.From), cell(g.Time))
	}
	out.WriteString("\nA page told you to get something else? These are other names for what a task needs:\n\n")
	for _, g := range b.guides {
		fmt.Fprintf(&out, "- `%s`: %s\n", g.ID, md(strings.Join(g.Called, ", ")))
	}
	out.WriteString("\n`lockkeeper guide --for " + strings.Join(TaskIDs, "|") + "` shows every portal, menu and field, and what of older instructions still holds.\n")
	return out.String()
}

func list(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", title)
	for _, l := range lines {
		fmt.Fprintf(b, "- %s\n", md(l))
	}
}

// md keeps text from being read as Markdown or HTML.
func md(s string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`, "[", `\[`, "]", `\]`).Replace(s)
}

// cell is md inside a table.
func cell(s string) string { return strings.ReplaceAll(md(s), "|", `\|`) }
